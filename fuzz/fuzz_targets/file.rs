#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pipewright_ci_config::fuzzing::file(data));
