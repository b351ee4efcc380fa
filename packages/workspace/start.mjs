// The entry of `npm start` and `npm test` on a machine that has Node and npm and nothing else. This file is plain
// JavaScript without static imports, so that a Node that is too old reads as far as the sentence that says so.

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const supported = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 23

const [command = 'start', ...args] = process.argv.slice(2)

if (supported) {
  const { runCommand } = await import('./src/bootstrap/run-command.mjs')
  process.exitCode = await runCommand(command, args)
} else {
  console.error(
    `deep-recipe needs Node 20.19 or newer (22.12 or newer of the 22 line); this is Node ${process.versions.node}. ` +
      'Install a current one from https://nodejs.org and run the command again.',
  )
  if (command === 'test') console.log('0 passed, 1 failed')
  process.exitCode = 1
}
