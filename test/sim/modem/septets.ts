// Packed septets in hex (TS 23.038 6.1.2.3), written apart from the product's codec so that one can prove the other. ASCII without the
// characters whose code differs in GSM 7-bit.

export function packSeptets(text: string): string {
  let bits = "";
  for (const character of text) bits = character.charCodeAt(0).toString(2).padStart(7, "0") + bits;
  // Seven bits left over hold CR.
  if ((text.length * 7) % 8 === 1) bits = `0001101${bits}`;
  const octets: string[] = [];
  bits = bits.padStart(Math.ceil(bits.length / 8) * 8, "0");
  for (let end = bits.length; end > 0; end -= 8)
    octets.push(
      Number.parseInt(bits.slice(end - 8, end), 2)
        .toString(16)
        .padStart(2, "0"),
    );
  return octets.join("").toUpperCase();
}

export function unpackSeptets(hex: string): string {
  let bits = "";
  for (const octet of Buffer.from(hex, "hex")) bits = octet.toString(2).padStart(8, "0") + bits;
  let text = "";
  for (let end = bits.length; end >= 7; end -= 7)
    text += String.fromCharCode(Number.parseInt(bits.slice(end - 7, end), 2));
  return text.replace(/[\r\0]$/, "");
}
