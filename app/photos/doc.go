// Package photos reads profile photos, hashes them, finds which show one
// picture although one was made not to match, and says how they differ.
//
// A photo is read once (Decode; of a JPEG that is sRGB the luma alone, by package
// luma), shrunk once, and described by local features
// (places that survive crops, frames, turns and captions), a small picture of
// itself for comparison point by point, and the plain perceptual hashes of
// goimagehash. A Matcher keeps these in memory; it collects candidates by votes
// of features and by an exact index of the hashes, aligns each candidate with
// the query, bends it where it was photographed from the side, and judges by how
// still the parts of the one picture lie on those of the other: a copy's stay
// where they are under any filter, while in a second photo of one sitting lips
// and hair have moved, and in two people's pages or frames the photos differ in
// one piece. What is in doubt in the small pictures is compared anew in the files.
//
// Nothing here recognises persons. A "similar portrait" is a photo in which the
// picture aligns in pose and frame but whose parts have moved, which happens with
// two photos of one sitting; it's a hint and never a copy.
package photos

// Method is the version of what Hash computes. Hashes of another method are not
// comparable and have to be computed again.
const Method = 2
