// In place of Node's module `crypto`, which a library asks for where a page has none of its own: a page always has.

export const webcrypto = globalThis.crypto;
