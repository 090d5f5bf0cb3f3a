// Package linkage decides which records are about one and the same thing, by
// the weight of evidence of I. P. Fellegi and A. B. Sunter (A Theory for Record
// Linkage, JASA 64, 1969): each field's agreement counts as many bits as it is
// more frequent between records of one thing than between those of two. How
// frequent that is, it learns from the records themselves by expectation
// maximisation, without a labelled pair.
package linkage
