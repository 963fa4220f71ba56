//! Parts of a carrier stub.
