#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let folder = tempfile::tempdir().expect("a throwaway folder");
    pipewright_runner::fuzzing::extract(folder.path(), data);
});
