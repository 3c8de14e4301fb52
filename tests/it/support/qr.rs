//! Reads a QR code from its modules, as a telephone does from the picture: mode, blocks, mask.
//! Without error correction, because a drawn code has no errors. Versions 1 to 10, one segment of
//! bytes.

use std::collections::BTreeSet;

/// Error-correction codewords of a block and number of blocks, by version, for the levels M, L, H,
/// Q as the format names them.
const LEVELS: [[(usize, usize); 10]; 4] = [
    [(10, 1), (16, 1), (26, 1), (18, 2), (24, 2), (16, 4), (18, 4), (22, 4), (22, 5), (26, 5)],
    [(7, 1), (10, 1), (15, 1), (20, 1), (26, 1), (18, 2), (20, 2), (24, 2), (30, 2), (18, 4)],
    [(17, 1), (28, 1), (22, 2), (16, 4), (22, 4), (28, 4), (26, 5), (26, 6), (24, 8), (28, 8)],
    [(13, 1), (22, 1), (18, 2), (26, 2), (18, 4), (24, 4), (18, 6), (22, 6), (20, 8), (24, 8)],
];

/// The text of a code that is drawn as one path, with `size` modules a side.
pub(crate) fn read_path(size: usize, path: &str) -> String {
    let dark = path.split('M').skip(1).map(|module| {
        let (x, y) = module.split_once('h').unwrap().0.split_once(' ').unwrap();
        (x.parse().unwrap(), y.parse().unwrap())
    });
    read(size, &dark.collect())
}

/// The text of a code with `size` modules a side, of which these (x, y) are dark.
fn read(size: usize, dark: &BTreeSet<(usize, usize)>) -> String {
    let version = (size - 17) / 4;
    let is_dark = |x, y| dark.contains(&(x, y));
    let first = (0..6).map(|y| (8, y)).chain([(8, 7), (8, 8), (7, 8)]);
    let format = first.chain((9..15).map(|bit| (14 - bit, 8))).enumerate();
    let format = format.fold(0, |bits, (bit, (x, y))| bits | usize::from(is_dark(x, y)) << bit) ^ 0x5412;
    let (level, mask) = (format >> 13, format >> 10 & 7);
    let bits: Vec<bool> =
        places(size, version).into_iter().map(|(x, y)| is_dark(x, y) != is_masked(mask, x, y)).collect();
    let codewords: Vec<u8> = bits
        .chunks_exact(8)
        .map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit)))
        .collect();
    let (correction, blocks) = LEVELS[level][version - 1];
    text(&data(&codewords, correction, blocks), version)
}

/// Where the data are, in their order.
fn places(size: usize, version: usize) -> Vec<(usize, usize)> {
    let columns = (0..size).rev().step_by(2).take_while(|x| *x > 0).map(|x| if x <= 6 { x - 1 } else { x });
    let mut places = Vec::new();
    for right in columns {
        let is_upward = (right + 1) & 2 == 0;
        for step in 0..size {
            let y = if is_upward { size - 1 - step } else { step };
            places.extend([(right, y), (right - 1, y)]);
        }
    }
    places.retain(|(x, y)| !is_function(size, version, *x, *y));
    places
}

/// Whether a module belongs to the pattern of the code itself.
fn is_function(size: usize, version: usize, x: usize, y: usize) -> bool {
    let (is_left, is_right, is_top, is_bottom) = (x < 9, x >= size - 8, y < 9, y >= size - 8);
    let in_finder = is_left && (is_top || is_bottom) || is_right && is_top;
    let in_version = version >= 7 && (x >= size - 11 && y < 6 || y >= size - 11 && x < 6);
    in_finder || in_version || x == 6 || y == 6 || in_alignment(size, version, x, y)
}

fn in_alignment(size: usize, version: usize, x: usize, y: usize) -> bool {
    if version == 1 {
        return false;
    }
    let count = version / 7 + 2;
    let step = (version * 8 + count * 3 + 5) / (count * 4 - 4) * 2;
    let centres: Vec<usize> =
        [6].into_iter().chain((0..count - 1).rev().map(|number| size - 7 - number * step)).collect();
    let last = size - 7;
    let near = |centre: usize, place: usize| centre.abs_diff(place) <= 2;
    centres.iter().any(|cx| {
        centres.iter().any(|cy| {
            let is_finder = [(6, 6), (6, last), (last, 6)].contains(&(*cx, *cy));
            !is_finder && near(*cx, x) && near(*cy, y)
        })
    })
}

fn is_masked(mask: usize, x: usize, y: usize) -> bool {
    0 == match mask {
        0 => (x + y) % 2,
        1 => y % 2,
        2 => x % 3,
        3 => (x + y) % 3,
        4 => (x / 3 + y / 2) % 2,
        5 => x * y % 2 + x * y % 3,
        6 => (x * y % 2 + x * y % 3) % 2,
        _ => ((x + y) % 2 + x * y % 3) % 2,
    }
}

/// The data of the blocks, one block after the other. They are stored interleaved; later blocks may
/// be longer by one.
fn data(codewords: &[u8], correction: usize, blocks: usize) -> Vec<u8> {
    let short = codewords.len() / blocks - correction;
    let short_blocks = blocks - codewords.len() % blocks;
    let mut of_blocks = vec![Vec::new(); blocks];
    let mut next = codewords.iter();
    for column in 0..=short {
        for (number, block) in of_blocks.iter_mut().enumerate() {
            if column < short || number >= short_blocks {
                block.push(*next.next().unwrap());
            }
        }
    }
    of_blocks.concat()
}

/// The text of one segment of bytes.
fn text(data: &[u8], version: usize) -> String {
    let half = |place: usize| data[place / 2] >> (if place.is_multiple_of(2) { 4 } else { 0 }) & 15;
    assert_eq!(half(0), 0b0100, "a segment of bytes");
    let halves = if version < 10 { 2 } else { 4 };
    let length = (1..=halves).fold(0, |length, place| length << 4 | usize::from(half(place)));
    let start = 1 + halves;
    let bytes = (0..length).map(|byte| half(start + 2 * byte) << 4 | half(start + 2 * byte + 1));
    String::from_utf8(bytes.collect()).unwrap()
}

#[test]
fn codes_of_every_size_and_level_are_read() {
    use qrcodegen::{QrCode, QrCodeEcc};
    for level in [QrCodeEcc::Low, QrCodeEcc::Medium, QrCodeEcc::Quartile, QrCodeEcc::High] {
        for length in [5, 20, 40, 60, 80, 100] {
            let text: String = ('a'..='z').cycle().take(length).collect();
            let code = QrCode::encode_text(&text, level).unwrap();
            let size = code.size();
            let dark = (0..size).flat_map(|y| (0..size).map(move |x| (x, y)));
            let dark = dark.filter(|(x, y)| code.get_module(*x, *y));
            let dark = dark.map(|(x, y)| (x as usize, y as usize)).collect();
            assert_eq!(read(size as usize, &dark), text, "{length}");
        }
    }
}
