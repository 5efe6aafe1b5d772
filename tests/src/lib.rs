//! What the integration tests of envaudit share.
