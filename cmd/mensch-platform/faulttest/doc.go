// Package faulttest holds the tests of the sync against a bad network: the real
// store and the reference platform, with a proxy between them that cuts, resets,
// stalls, slices and slows the connection at random bytes. It has no code of its
// own.
package faulttest
