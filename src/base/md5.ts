// MD5, which SIP phones still sign in with (RFC 3261, RFC 8760). For that alone: it protects nothing by itself.

/** The 16-byte MD5 (RFC 1321) of `data`. */
export type Md5 = (data: Uint8Array) => Uint8Array;
