//! Compile-time errors of the derives, as a user sees them.
