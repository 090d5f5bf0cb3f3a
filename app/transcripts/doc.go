// Package transcripts reads conversations between experts and clients, and finds
// what the community's guidelines forbid in them: contacts given or asked for,
// insults and threats, other clients' secrets, begging for ratings, running down
// the community, copyright notices. Every finding marks the words it rests on
// and says in words why.
//
// Detectors are pure: a conversation in, findings out, no clock and no disk.
package transcripts
