// Command train computes the detectors' trained parts again, byte for byte the
// same from the same data. It is called by `go run ./cmd/dev train`.
package main

import (
	"fmt"
	"os"

	"mensch/app/transcripts/training"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: train DATA-FOLDER OUTPUT-FOLDER")
		os.Exit(2)
	}
	if err := training.Train(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
	fmt.Println("the trained parts are in", os.Args[2])
}
