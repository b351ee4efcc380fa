// What the build makes of weight files and style sheets.
declare module '*.safetensors?inline' {
  /** A `data:` address. */
  const address: string
  // biome-ignore lint/style/noDefaultExport: this is how the bundler hands a file over
  export default address
}
