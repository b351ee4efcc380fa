// The command-line module shared by the apps.
export {}
