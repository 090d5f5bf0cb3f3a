// Command shots leaves a PNG of every screen in a folder, or of those whose
// names fit one of the patterns. It is called by `go run ./cmd/dev shots`.
package main

import (
	"fmt"
	"os"

	"mensch/views/shots"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: shots FOLDER [PATTERN...]")
		os.Exit(2)
	}
	if err := shots.Render(os.Args[1], os.Args[2:]...); err != nil {
		fmt.Fprintln(os.Stderr, "shots:", err)
		os.Exit(1)
	}
	fmt.Println("the pictures are in", os.Args[1])
}
