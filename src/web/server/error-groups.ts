// Codes that many routes share, for the OpenAPI document.

/** Of whatever asks the Emercoin node. */
export const NODE_ERRORS = [
  "emercoin.not_configured",
  "emercoin.unreachable",
  "emercoin.no_answer",
  "emercoin.busy",
  "emercoin.warming_up",
  "emercoin.syncing",
  "emercoin.no_peers",
  "emercoin.bad_credentials",
  "emercoin.bad_reply",
  "emercoin.rpc_error",
  "emercoin.old_node",
  "emercoin.safe_mode",
] as const;

/** Of whatever spends from its wallet. */
export const WALLET_ERRORS = [
  ...NODE_ERRORS,
  "emercoin.locked",
  "emercoin.minting_only",
  "emercoin.no_wallet",
  "emercoin.no_funds",
  "emercoin.coins_reserved",
  "emercoin.rejected",
] as const;

/** Of whatever writes a name. */
export const NAME_ERRORS = [
  ...WALLET_ERRORS,
  "emercoin.name_exists",
  "emercoin.name_foreign",
  "emercoin.name_inactive",
  "emercoin.name_pending",
  "publication.name_busy",
] as const;

/** Of whatever reads a key file that somebody sends. */
export const KEYFILE_ERRORS = [
  "keyfile.bad_cipher",
  "keyfile.bad_json",
  "keyfile.bad_key",
  "keyfile.bad_shape",
  "keyfile.duplicate_name",
  "keyfile.mismatch",
  "keyfile.needs_password",
  "keyfile.no_identity",
  "keyfile.not_user",
  "keyfile.too_long",
  "keyfile.unknown_format",
  "keyfile.wrong_password",
] as const;
