// Data: the GSM 7-bit default alphabet extension table (TS 23.038 6.2.1.1) and the national language single shift tables
// (TS 23.038 A.2), in the notation of `gsm7-locking-tables.ts`. Code 0x0D is a control character and stays undefined.

import type { TableText } from "./gsm7-locking-tables.ts";

// All tables of the scripts of India and Pakistan share their first and their last four columns.
const INDIC_FIRST = `
    @ £ $ ¥ ¿ " ¤ % & ' PB * + .. - /
`;
const INDIC_LAST = `
    | A B C D E F G H I J K L M N O
    P Q R S T U V W X Y Z .. .. .. .. ..
    .. .. .. .. .. € .. .. .. .. .. .. .. .. .. ..
    .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. ..
`;

/** 6.2.1.1. */
export const DEFAULT_EXTENSION: TableText = {
  page: 0x00,
  rows: `
    .. .. .. .. .. .. .. .. .. .. PB .. .. .. .. ..
    .. .. .. .. ^ .. .. .. .. .. .. ESC .. .. .. ..
    .. .. .. .. .. .. .. .. { } .. .. .. .. .. \\
    .. .. .. .. .. .. .. .. .. .. .. .. [ ~ ] ..
    | .. .. .. .. .. .. .. .. .. .. .. .. .. .. ..
    .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. ..
    .. .. .. .. .. € .. .. .. .. .. .. .. .. .. ..
    .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. ..
  `,
};

/** A.2.1. */
export const TURKISH_SHIFT: TableText = {
  page: 0x00,
  rows: `
    .. .. .. .. .. .. .. .. .. .. PB .. .. .. .. ..
    .. .. .. .. ^ .. .. .. .. .. .. ESC .. .. .. ..
    .. .. .. .. .. .. .. .. { } .. .. .. .. .. \\
    .. .. .. .. .. .. .. .. .. .. .. .. [ ~ ] ..
    | .. .. .. .. .. .. Ğ .. İ .. .. .. .. .. ..
    .. .. .. Ş .. .. .. .. .. .. .. .. .. .. .. ..
    .. .. .. ç .. € .. ğ .. ı .. .. .. .. .. ..
    .. .. .. ş .. .. .. .. .. .. .. .. .. .. .. ..
  `,
};

/** A.2.2. */
export const SPANISH_SHIFT: TableText = {
  page: 0x00,
  rows: `
    .. .. .. .. .. .. .. .. .. ç PB .. .. .. .. ..
    .. .. .. .. ^ .. .. .. .. .. .. ESC .. .. .. ..
    .. .. .. .. .. .. .. .. { } .. .. .. .. .. \\
    .. .. .. .. .. .. .. .. .. .. .. .. [ ~ ] ..
    | Á .. .. .. .. .. .. .. Í .. .. .. .. .. Ó
    .. .. .. .. .. Ú .. .. .. .. .. .. .. .. .. ..
    .. á .. .. .. € .. .. .. í .. .. .. .. .. ó
    .. .. .. .. .. ú .. .. .. .. .. .. .. .. .. ..
  `,
};

/** A.2.3. */
export const PORTUGUESE_SHIFT: TableText = {
  page: 0x00,
  rows: `
    .. .. .. .. .. ê .. .. .. ç PB Ô ô .. Á á
    .. .. Φ Γ ^ Ω Π Ψ Σ Θ .. ESC .. .. .. Ê
    .. .. .. .. .. .. .. .. { } .. .. .. .. .. \\
    .. .. .. .. .. .. .. .. .. .. .. .. [ ~ ] ..
    | À .. .. .. .. .. .. .. Í .. .. .. .. .. Ó
    .. .. .. .. .. Ú .. .. .. .. .. Ã Õ .. .. ..
    .. Â .. .. .. € .. .. .. í .. .. .. .. .. ó
    .. .. .. .. .. ú .. .. .. .. .. ã õ .. .. â
  `,
};

/** A.2.4. */
export const BENGALI_SHIFT: TableText = {
  page: 0x09,
  rows: `${INDIC_FIRST}
    < = > ¡ ^ ¡ _ # * E6 E7 ESC E8 E9 EA EB
    EC ED EE EF DF E0 E1 E2 { } E3 F2 F3 F4 F5 \\
    F6 F7 F8 F9 FA .. .. .. .. .. .. .. [ ~ ] ..
  ${INDIC_LAST}`,
};

/** A.2.5. */
export const GUJARATI_SHIFT: TableText = {
  page: 0x0a,
  rows: `${INDIC_FIRST}
    < = > ¡ ^ ¡ _ # * । ॥ ESC E6 E7 E8 E9
    EA EB EC ED EE EF .. .. { } .. .. .. .. .. \\
    .. .. .. .. .. .. .. .. .. .. .. .. [ ~ ] ..
  ${INDIC_LAST}`,
};

/** A.2.6. */
export const HINDI_SHIFT: TableText = {
  page: 0x09,
  rows: `${INDIC_FIRST}
    < = > ¡ ^ ¡ _ # * 64 65 ESC 66 67 68 69
    6A 6B 6C 6D 6E 6F 51 52 { } 53 54 58 59 5A \\
    5B 5C 5D 5E 5F 60 61 62 63 70 71 .. [ ~ ] ..
  ${INDIC_LAST}`,
};

/** A.2.7. */
export const KANNADA_SHIFT: TableText = {
  page: 0x0c,
  rows: `${INDIC_FIRST}
    < = > ¡ ^ ¡ _ # * । ॥ ESC E6 E7 E8 E9
    EA EB EC ED EE EF DE F1 { } F2 .. .. .. .. \\
    .. .. .. .. .. .. .. .. .. .. .. .. [ ~ ] ..
  ${INDIC_LAST}`,
};

/** A.2.8. */
export const MALAYALAM_SHIFT: TableText = {
  page: 0x0d,
  rows: `${INDIC_FIRST}
    < = > ¡ ^ ¡ _ # * । ॥ ESC 66 67 68 69
    6A 6B 6C 6D 6E 6F 70 71 { } 72 73 74 75 7A \\
    7B 7C 7D 7E 7F .. .. .. .. .. .. .. [ ~ ] ..
  ${INDIC_LAST}`,
};

/** A.2.9. The printed table has 0BEA (a Tamil digit) at 0x20, between 0B69 and 0B6B: read as 0B6A. */
export const ORIYA_SHIFT: TableText = {
  page: 0x0b,
  rows: `${INDIC_FIRST}
    < = > ¡ ^ ¡ _ # * । ॥ ESC 66 67 68 69
    6A 6B 6C 6D 6E 6F 5C 5D { } 5F 70 71 .. .. \\
    .. .. .. .. .. .. .. .. .. .. .. .. [ ~ ] ..
  ${INDIC_LAST}`,
};

/** A.2.10. */
export const PUNJABI_SHIFT: TableText = {
  page: 0x0a,
  rows: `${INDIC_FIRST}
    < = > ¡ ^ ¡ _ # * । ॥ ESC 66 67 68 69
    6A 6B 6C 6D 6E 6F 59 5A { } 5B 5C 5E 75 .. \\
    .. .. .. .. .. .. .. .. .. .. .. .. [ ~ ] ..
  ${INDIC_LAST}`,
};

/** A.2.11. The printed table has 0BEF (nine) at 0x24 and again at 0x25: read as 0BEE (eight). */
export const TAMIL_SHIFT: TableText = {
  page: 0x0b,
  rows: `${INDIC_FIRST}
    < = > ¡ ^ ¡ _ # * । ॥ ESC E6 E7 E8 E9
    EA EB EC ED EE EF F3 F4 { } F5 F6 F7 F8 FA \\
    .. .. .. .. .. .. .. .. .. .. .. .. [ ~ ] ..
  ${INDIC_LAST}`,
};

/** A.2.12. The printed table has 0CE6 (a Kannada digit) at 0x1C, before 0C67: read as 0C66. */
export const TELUGU_SHIFT: TableText = {
  page: 0x0c,
  rows: `${INDIC_FIRST}
    < = > ¡ ^ ¡ _ # * .. .. ESC 66 67 68 69
    6A 6B 6C 6D 6E 6F 58 59 { } 78 79 7A 7B 7C \\
    7D 7E 7F .. .. .. .. .. .. .. .. .. [ ~ ] ..
  ${INDIC_LAST}`,
};

/** A.2.13. */
export const URDU_SHIFT: TableText = {
  page: 0x06,
  rows: `${INDIC_FIRST}
    < = > ¡ ^ ¡ _ # * 00 01 ESC F0 F1 F2 F3
    F4 F5 F6 F7 F8 F9 0C 0D { } 0E 0F 10 11 12 \\
    13 14 1B 1F 40 52 58 6B 6C 72 73 CD [ ~ ] D4
  ${INDIC_LAST}`,
};
