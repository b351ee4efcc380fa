// The recipe laboratory: trains and compares digit recognisers from the command line.
export {}
