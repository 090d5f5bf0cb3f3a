// Package truth holds the test that runs every detector over the demo community
// in memory and compares what they find with the truth that the community's
// maker wrote down. It has no code of its own.
package truth
