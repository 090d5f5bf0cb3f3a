// Package cases is the deciding part of Mensch: where a case stands and where
// it may go, how urgent it is, which step the record suggests, what the expert
// is told, and what a decision will do.
//
// Everything here is a pure function of its arguments, used alike by the
// window, menschctl, the sync and the reference platform: they cannot come to
// different views of one case.
package cases
