//! Inputs made from good ones by damage, for parsers that must take anything. The same seed gives the same
//! inputs; what a run finds is added to the good ones as a case of its own.

/// Values that parsers stumble over.
const ODD: [u64; 9] = [0, 1, 0x7f, 0x80, 0xff, 0x7fff_ffff, 0xffff_ffff, 0x7fff_ffff_ffff_ffff, u64::MAX];
/// Longer inputs are cut.
const LONGEST: usize = 1 << 16;

/// An endless row of damaged inputs.
pub struct Mutations<'a> {
    samples: &'a [Vec<u8>],
    /// Pieces of the language that are put in whole.
    words: &'a [&'a [u8]],
    state: u64,
}

impl<'a> Mutations<'a> {
    /// Of these samples, of which there is at least one, with these words put in.
    pub fn new(samples: &'a [Vec<u8>], words: &'a [&'a [u8]], seed: u64) -> Self {
        Self { samples, words, state: seed | 1 }
    }

    /// A number below `end`, or 0.
    fn below(&mut self, end: usize) -> usize {
        // xorshift64*: plenty for choosing where to break something.
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let number = self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        number as usize % end.max(1)
    }

    fn sample(&mut self) -> &'a [u8] {
        let at = self.below(self.samples.len());
        &self.samples[at]
    }

    fn damage(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len() + 1);
        let to = (at + 1 + self.below(16)).min(bytes.len()).max(at);
        match self.below(8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            1 if at < bytes.len() => bytes[at] = self.below(256) as u8,
            2 => drop(bytes.drain(at..to)),
            3 => {
                let piece = bytes[at..to].to_vec();
                bytes.splice(at..at, piece);
            }
            4 => bytes.truncate(at),
            5 => {
                let odd = ODD[self.below(ODD.len())].to_le_bytes();
                for (place, byte) in bytes[at..].iter_mut().zip(&odd[..1 << self.below(4)]) {
                    *place = *byte;
                }
            }
            6 if !self.words.is_empty() => {
                let word = self.words[self.below(self.words.len())];
                bytes.splice(at..at, word.iter().copied());
            }
            _ => {
                let other = self.sample();
                let from = self.below(other.len());
                let piece = &other[from..(from + self.below(64)).min(other.len())];
                bytes.splice(at..to, piece.iter().copied());
            }
        }
    }
}

impl Iterator for Mutations<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut bytes = self.sample().to_vec();
        for _ in 0..=self.below(6) {
            self.damage(&mut bytes);
        }
        bytes.truncate(LONGEST);
        Some(bytes)
    }
}
