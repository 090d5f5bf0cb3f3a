// Package evaluation measures a detector on a labelled file that somebody else
// made: precision, recall and their like with 95 % confidence intervals, and a
// naive method on the same rows beside them.
//
// # Files
//
// A file is JSON Lines, a JSON array, CSV or TSV with a head, plain or
// compressed by gzip; a byte order mark and CRLF don't matter. Names of fields
// are read without regard to case, and fields that no detector asks for are
// passed over. A row that can't be read is counted and named, and the rest is
// measured.
//
// # Shapes
//
// Detectors that read text (contact, contact-offplatform, civility, threat,
// confidentiality, disparagement, notice) want one text a row: text, or message,
// body, tweet, comment, answer, test_case, content, sentence, utterance. What is
// true of it stands in
//
//	y, violation, gold     a number, a truth value or a word
//	label, class, ...      a word: none, benign, ham, not, resource, hotline and
//	                       the like are no violation, every other word is one
//	spans                  ["the words", …], or [["TYPE", start, end], …] in
//	                       characters, or [{"type","start","end"}, …]
//	copyrights             the notices of the file (notice)
//
// A file without any of them is taken as harmless throughout: what is found in
// it is false.
//
//	credentials   headline or text, and credentials: ["LPC", …]
//	field         text, and cluster (and sub, a topic within it), from which
//	              talks are drawn; or history (an expert's earlier texts),
//	              messages or text, and a label such as outside or inside
//	linkage       one record a row; the true identity in True Id, unique_id,
//	              cluster_id, entity_id, true_id, id_true or rec_id (FEBRL)
//	reuse         a pair a row: text and source (or a and b, text1 and text2),
//	              and a label; or one text a row, which is compared with all
//	              others and then with rewordings made of it
//	ratings       rater (or source), expert (or ratee, target), stars or rating,
//	              at or unix_time, and device, network, payout, address, session;
//	              a label on a rating says that it was planted for its expert. Rows
//	              with id and signals and no rater are the experts. A file without
//	              labels is taken as honest, and rings are planted in it
//	latency       an annotated chat log (NAME.ascii.txt with NAME.annotation.txt
//	              beside it, or a folder of them), or messages: id, session, from,
//	              at, reply_to
//
// # Photos
//
// The matcher is measured on a folder of known photos, a folder of photos to
// look up, and a file that says what is true of them: JSON Lines, a JSON array,
// CSV or TSV with
//
//	query    the photo that is looked up: a file below its folder
//	bank     the photo of the bank that it is a copy of: a file below its folder,
//	         a list of them, several with ; between them, or null or "" for none
//	kind     if wanted: "none" for a pair that is no copy, "same person" for
//	         one that may be called a similar portrait
//	group    if wanted: a name for its part of the result, such as the evasion
//
// or a table of query, bank and group without a head, or one JSON object from
// queries to bank photos. Names are found with and without folders and endings.
// A query that isn't named has no copy in the bank. Counted are pairs of a query
// and a bank photo, so false_positive_rate is the rate of false matches.
package evaluation
