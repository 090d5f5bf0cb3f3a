// Package model holds the nouns of Mensch as plain structs: what the platform
// sends, what the store keeps, what the detectors read and write, and what the
// screens show. Nothing here does I/O or knows a rule.
//
// Every time is UTC. Every JSON name is also the name on the wire of the
// platform's contract (see cmd/mensch-platform/platform/openapi.yaml).
package model
