// Data: the GSM 7-bit default alphabet (TS 23.038 6.2.1) and the national language locking shift tables (TS 23.038 A.3).
// One line is one column of the printed table: 16 codes from 0x00, 0x10, … 0x70.
// A cell is one character, or two hex digits (low byte in `page`), or SP LF CR PB (page break) ESC, or `..` where nothing is defined.

export interface TableText {
  /** High byte of the cells that are two hex digits. */
  readonly page: number;
  readonly rows: string;
}

/** 6.2.1. */
export const DEFAULT_ALPHABET: TableText = {
  page: 0x00,
  rows: `
    @ £ $ ¥ è é ù ì ò Ç LF Ø ø CR Å å
    Δ _ Φ Γ Λ Ω Π Ψ Σ Θ Ξ ESC Æ æ ß É
    SP ! " # ¤ % & ' ( ) * + , - . /
    0 1 2 3 4 5 6 7 8 9 : ; < = > ?
    ¡ A B C D E F G H I J K L M N O
    P Q R S T U V W X Y Z Ä Ö Ñ Ü §
    ¿ a b c d e f g h i j k l m n o
    p q r s t u v w x y z ä ö ñ ü à
  `,
};

/** A.3.1. */
export const TURKISH_LOCKING: TableText = {
  page: 0x00,
  rows: `
    @ £ $ ¥ € é ù ı ò Ç LF Ğ ğ CR Å å
    Δ _ Φ Γ Λ Ω Π Ψ Σ Θ Ξ ESC Ş ş ß É
    SP ! " # ¤ % & ' ( ) * + , - . /
    0 1 2 3 4 5 6 7 8 9 : ; < = > ?
    İ A B C D E F G H I J K L M N O
    P Q R S T U V W X Y Z Ä Ö Ñ Ü §
    ç a b c d e f g h i j k l m n o
    p q r s t u v w x y z ä ö ñ ü à
  `,
};

/** A.3.3 (A.3.2, Spanish, has no locking shift table). */
export const PORTUGUESE_LOCKING: TableText = {
  page: 0x00,
  rows: `
    @ £ $ ¥ ê é ú í ó ç LF Ô ô CR Á á
    Δ _ ª Ç À ∞ ^ \\ € Ó | ESC Â â Ê É
    SP ! " # º % & ' ( ) * + , - . /
    0 1 2 3 4 5 6 7 8 9 : ; < = > ?
    Í A B C D E F G H I J K L M N O
    P Q R S T U V W X Y Z Ã Õ Ú Ü §
    ~ a b c d e f g h i j k l m n o
    p q r s t u v w x y z ã õ \` ü à
  `,
};

/** A.3.4. */
export const BENGALI_LOCKING: TableText = {
  page: 0x09,
  rows: `
    81 82 83 85 86 87 88 89 8A 8B LF 8C .. CR .. 8F
    90 .. .. 93 94 95 96 97 98 99 9A ESC 9B 9C 9D 9E
    SP ! 9F A0 A1 A2 A3 A4 ) ( A5 A6 , A7 . A8
    0 1 2 3 4 5 6 7 8 9 : ; .. AA AB ?
    AC AD AE AF B0 .. B2 .. .. .. B6 B7 B8 B9 BC BD
    BE BF C0 C1 C2 C3 C4 .. .. C7 C8 .. .. CB CC CD
    CE a b c d e f g h i j k l m n o
    p q r s t u v w x y z D7 DC DD F0 F1
  `,
};

/** A.3.5. */
export const GUJARATI_LOCKING: TableText = {
  page: 0x0a,
  rows: `
    81 82 83 85 86 87 88 89 8A 8B LF 8C 8D CR .. 8F
    90 91 .. 93 94 95 96 97 98 99 9A ESC 9B 9C 9D 9E
    SP ! 9F A0 A1 A2 A3 A4 ) ( A5 A6 , A7 . A8
    0 1 2 3 4 5 6 7 8 9 : ; .. AA AB ?
    AC AD AE AF B0 .. B2 B3 .. B5 B6 B7 B8 B9 BC BD
    BE BF C0 C1 C2 C3 C4 C5 .. C7 C8 C9 .. CB CC CD
    D0 a b c d e f g h i j k l m n o
    p q r s t u v w x y z E0 E1 E2 E3 F1
  `,
};

/** A.3.6. */
export const HINDI_LOCKING: TableText = {
  page: 0x09,
  rows: `
    01 02 03 05 06 07 08 09 0A 0B LF 0C 0D CR 0E 0F
    10 11 12 13 14 15 16 17 18 19 1A ESC 1B 1C 1D 1E
    SP ! 1F 20 21 22 23 24 ) ( 25 26 , 27 . 28
    0 1 2 3 4 5 6 7 8 9 : ; 29 2A 2B ?
    2C 2D 2E 2F 30 31 32 33 34 35 36 37 38 39 3C 3D
    3E 3F 40 41 42 43 44 45 46 47 48 49 4A 4B 4C 4D
    50 a b c d e f g h i j k l m n o
    p q r s t u v w x y z 72 7B 7C 7E 7F
  `,
};

/** A.3.7. The printed table repeats 0CAA (PA) at 0x24 where the row of retroflex letters has 0CA1 (DDA); every other letter of
 * the script stands once, so 0x24 is DDA. */
export const KANNADA_LOCKING: TableText = {
  page: 0x0c,
  rows: `
    .. 82 83 85 86 87 88 89 8A 8B LF 8C .. CR 8E 8F
    90 .. 92 93 94 95 96 97 98 99 9A ESC 9B 9C 9D 9E
    SP ! 9F A0 A1 A2 A3 A4 ) ( A5 A6 , A7 . A8
    0 1 2 3 4 5 6 7 8 9 : ; .. AA AB ?
    AC AD AE AF B0 B1 B2 B3 .. B5 B6 B7 B8 B9 BC BD
    BE BF C0 C1 C2 C3 C4 .. C6 C7 C8 .. CA CB CC CD
    D5 a b c d e f g h i j k l m n o
    p q r s t u v w x y z D6 E0 E1 E2 E3
  `,
};

/** A.3.8. */
export const MALAYALAM_LOCKING: TableText = {
  page: 0x0d,
  rows: `
    .. 02 03 05 06 07 08 09 0A 0B LF 0C .. CR 0E 0F
    10 .. 12 13 14 15 16 17 18 19 1A ESC 1B 1C 1D 1E
    SP ! 1F 20 21 22 23 24 ) ( 25 26 , 27 . 28
    0 1 2 3 4 5 6 7 8 9 : ; .. 2A 2B ?
    2C 2D 2E 2F 30 31 32 33 34 35 36 37 38 39 .. 3D
    3E 3F 40 41 42 43 44 .. 46 47 48 .. 4A 4B 4C 4D
    57 a b c d e f g h i j k l m n o
    p q r s t u v w x y z 60 61 62 63 79
  `,
};

/** A.3.9. */
export const ORIYA_LOCKING: TableText = {
  page: 0x0b,
  rows: `
    01 02 03 05 06 07 08 09 0A 0B LF 0C .. CR .. 0F
    10 .. .. 13 14 15 16 17 18 19 1A ESC 1B 1C 1D 1E
    SP ! 1F 20 21 22 23 24 ) ( 25 26 , 27 . 28
    0 1 2 3 4 5 6 7 8 9 : ; .. 2A 2B ?
    2C 2D 2E 2F 30 .. 32 33 .. 35 36 37 38 39 3C 3D
    3E 3F 40 41 42 43 44 .. .. 47 48 .. .. 4B 4C 4D
    56 a b c d e f g h i j k l m n o
    p q r s t u v w x y z 57 60 61 62 63
  `,
};

/** A.3.10. */
export const PUNJABI_LOCKING: TableText = {
  page: 0x0a,
  rows: `
    01 02 03 05 06 07 08 09 0A .. LF .. .. CR .. 0F
    10 .. .. 13 14 15 16 17 18 19 1A ESC 1B 1C 1D 1E
    SP ! 1F 20 21 22 23 24 ) ( 25 26 , 27 . 28
    0 1 2 3 4 5 6 7 8 9 : ; .. 2A 2B ?
    2C 2D 2E 2F 30 .. 32 33 .. 35 36 .. 38 39 3C ..
    3E 3F 40 41 42 .. .. .. .. 47 48 .. .. 4B 4C 4D
    51 a b c d e f g h i j k l m n o
    p q r s t u v w x y z 70 71 72 73 74
  `,
};

/** A.3.11. */
export const TAMIL_LOCKING: TableText = {
  page: 0x0b,
  rows: `
    .. 82 83 85 86 87 88 89 8A .. LF .. .. CR 8E 8F
    90 .. 92 93 94 95 .. .. .. 99 9A ESC .. 9C .. 9E
    SP ! 9F .. .. .. A3 A4 ) ( .. .. , .. . A8
    0 1 2 3 4 5 6 7 8 9 : ; A9 AA .. ?
    .. .. AE AF B0 B1 B2 B3 B4 B5 B6 B7 B8 B9 .. ..
    BE BF C0 C1 C2 .. .. .. C6 C7 C8 .. CA CB CC CD
    D0 a b c d e f g h i j k l m n o
    p q r s t u v w x y z D7 F0 F1 F2 F9
  `,
};

/** A.3.12. */
export const TELUGU_LOCKING: TableText = {
  page: 0x0c,
  rows: `
    01 02 03 05 06 07 08 09 0A 0B LF 0C .. CR 0E 0F
    10 .. 12 13 14 15 16 17 18 19 1A ESC 1B 1C 1D 1E
    SP ! 1F 20 21 22 23 24 ) ( 25 26 , 27 . 28
    0 1 2 3 4 5 6 7 8 9 : ; .. 2A 2B ?
    2C 2D 2E 2F 30 31 32 33 .. 35 36 37 38 39 .. 3D
    3E 3F 40 41 42 43 44 .. 46 47 48 .. 4A 4B 4C 4D
    55 a b c d e f g h i j k l m n o
    p q r s t u v w x y z 56 60 61 62 63
  `,
};

/** A.3.13. */
export const URDU_LOCKING: TableText = {
  page: 0x06,
  rows: `
    27 22 28 7B 80 7E A6 2A C2 7F LF 79 7D CR 7A 7C
    2B 2C 81 84 83 85 86 87 2D 2E 2F ESC 8C 88 89 8A
    SP ! 8F 8D 30 31 91 93 ) ( 99 32 , 96 . 98
    0 1 2 3 4 5 6 7 8 9 : ; 9A 33 34 ?
    35 36 37 38 39 41 42 A9 AA AB AF B3 B1 44 45 46
    BA BB BC 48 C4 D5 C1 BE 21 CC D0 D2 4D 50 4F 57
    54 a b c d e f g h i j k l m n o
    p q r s t u v w x y z 55 51 53 56 70
  `,
};
