// Command mensch is the desktop program.
package main

func main() {}
