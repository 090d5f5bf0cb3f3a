// Package guidelines holds the rule pack: every guideline that Mensch knows by
// name, with its severity, its ladder of sanctions, the words that an expert
// is told, and the numbers that the detectors read.
//
// The rules belong to the platform's owner, so they are data: a JSON file that
// Load checks as a whole before anything uses it. A pack that does not load
// says which guideline and which field is at fault.
package guidelines
