//! edition 2018
