//! The characters beyond ASCII of each code page, byte by byte, and the numbers by which `ESC t`
//! names the pages. What is written to a printer is encoded here and nowhere else: no byte below
//! 0x20 and no 0x7f comes out of it, whatever goes in.

use crate::domain::printer::CodePage;

const PC437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
const PC850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";
const PC852: &str = "ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐└┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝţ´\u{ad}˝˛ˇ˘§÷¸°¨˙űŘř■\u{a0}";
const PC858: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈ€ÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";
const PC860: &str = "ÇüéâãàÁçêÊèÍÔìÃÂÉÀÈôõòÚùÌÕÜ¢£Ù₧ÓáíóúñÑªº¿Ò¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
const PC863: &str = "ÇüéâÂà¶çêëèïî‗À§ÉÈÊôËÏûù¤ÔÜ¢£ÙÛƒ¦´óú¨¸³¯Î⌐¬½¼¾«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
const PC865: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø₧ƒáíóúñÑªº¿⌐¬½¼¡«¤░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
const PC866: &str = "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмноп░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀рстуфхцчшщъыьэюяЁёЄєЇїЎў°∙·√№¤■\u{a0}";
const WINDOWS1252: &str = "€\u{fffd}‚ƒ„…†‡ˆ‰Š‹Œ\u{fffd}Ž\u{fffd}\u{fffd}‘’“”•–—˜™š›œ\u{fffd}žŸ\u{a0}¡¢£¤¥¦§¨©ª«¬\u{ad}®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ";

/// What stands for the bytes 0x80 to 0xff; U+FFFD where nothing does.
fn upper(page: CodePage) -> &'static str {
    match page {
        CodePage::Ascii => "",
        CodePage::Pc437 => PC437,
        CodePage::Pc850 => PC850,
        CodePage::Pc852 => PC852,
        CodePage::Pc858 => PC858,
        CodePage::Pc860 => PC860,
        CodePage::Pc863 => PC863,
        CodePage::Pc865 => PC865,
        CodePage::Pc866 => PC866,
        CodePage::Windows1252 => WINDOWS1252,
    }
}

/// The number by which `ESC t` names the page.
pub fn number(page: CodePage) -> u8 {
    match page {
        // Of ASCII every page is the same.
        CodePage::Ascii => 0,
        CodePage::Pc437 => 0,
        CodePage::Pc850 => 2,
        CodePage::Pc852 => 18,
        CodePage::Pc858 => 19,
        CodePage::Pc860 => 3,
        CodePage::Pc863 => 4,
        CodePage::Pc865 => 5,
        CodePage::Pc866 => 17,
        CodePage::Windows1252 => 16,
    }
}

/// The page of that number, for reading a printer's bytes back.
pub fn numbered(number: u8) -> Option<CodePage> {
    CodePage::ALL.into_iter().filter(|p| *p != CodePage::Ascii).find(|p| self::number(*p) == number)
}

/// The characters beyond ASCII that the page has, in the order of their bytes.
pub fn beyond_ascii(page: CodePage) -> impl Iterator<Item = char> {
    upper(page).chars().filter(|c| is_sign(*c))
}

/// Neither a gap nor something that is not seen.
fn is_sign(ch: char) -> bool {
    !matches!(ch, '\u{fffd}' | '\u{a0}' | '\u{ad}')
}

/// The byte that prints the character; none when the page lacks it.
pub fn byte(page: CodePage, ch: char) -> Option<u8> {
    if (' '..='~').contains(&ch) {
        return u8::try_from(ch).ok();
    }
    if !is_sign(ch) {
        return None;
    }
    let at = upper(page).chars().position(|c| c == ch)?;
    u8::try_from(0x80 + at).ok()
}

/// What a byte prints; none for those that print nothing.
pub fn character(page: CodePage, byte: u8) -> Option<char> {
    match byte {
        0x20..=0x7e => Some(char::from(byte)),
        0x80.. => upper(page).chars().nth(usize::from(byte) - 0x80).filter(|c| *c != '\u{fffd}'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pages_have_the_bytes_that_printers_have() {
        for page in CodePage::ALL {
            let length = upper(page).chars().count();
            assert_eq!(length, if page == CodePage::Ascii { 0 } else { 128 }, "{page:?}");
        }
        // From the vendors' own tables.
        for (page, ch, wanted) in [
            (CodePage::Pc437, 'é', Some(0x82)),
            (CodePage::Pc437, 'É', Some(0x90)),
            (CodePage::Pc437, '½', Some(0xab)),
            (CodePage::Pc437, '€', None),
            (CodePage::Pc850, 'Á', Some(0xb5)),
            (CodePage::Pc850, '×', Some(0x9e)),
            (CodePage::Pc850, '€', None),
            (CodePage::Pc852, 'ł', Some(0x88)),
            (CodePage::Pc858, '€', Some(0xd5)),
            (CodePage::Pc860, 'ã', Some(0x84)),
            (CodePage::Pc863, 'Ê', Some(0x92)),
            (CodePage::Pc865, 'ø', Some(0x9b)),
            (CodePage::Pc866, 'Я', Some(0x9f)),
            (CodePage::Pc866, 'я', Some(0xef)),
            (CodePage::Windows1252, '€', Some(0x80)),
            (CodePage::Windows1252, 'ÿ', Some(0xff)),
            (CodePage::Windows1252, '’', Some(0x92)),
            (CodePage::Ascii, 'é', None),
            (CodePage::Ascii, '~', Some(0x7e)),
        ] {
            assert_eq!(byte(page, ch), wanted, "{page:?} {ch}");
        }
    }

    #[test]
    fn every_page_reads_back_what_it_writes() {
        for page in CodePage::ALL {
            for ch in (' '..='~').chain(beyond_ascii(page)) {
                assert_eq!(byte(page, ch).and_then(|b| character(page, b)), Some(ch), "{page:?} {ch:?}");
            }
            if page != CodePage::Ascii {
                assert_eq!(numbered(number(page)), Some(page));
            }
        }
    }

    proptest! {
        #[test]
        fn no_character_becomes_a_command(ch: char) {
            for page in CodePage::ALL {
                if let Some(byte) = byte(page, ch) {
                    prop_assert!((0x20..=0x7e).contains(&byte) || byte >= 0x80, "{:?} {:?}", page, ch);
                }
            }
        }
    }
}
