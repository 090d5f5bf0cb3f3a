// Package ratings weighs ratings and attendance: who rates themself, which
// accounts lift each other, who answers late, and who is Available yet silent.
//
// Everything here is a pure function of what it was given: no clock, no disk.
// A shared network alone is never evidence, since a household, an office and a
// mobile carrier share one; nor are mutual ratings, which most honest raters
// of a trust network have.
package ratings
