// Who changed what on the box, and from where: for its owner. Neither bodies nor secrets are in it.

export interface AuditEntry {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** A user's name, `token:` and an API token's, or empty for somebody unknown. */
  readonly actor: string;
  /** The operation's id in the OpenAPI document. */
  readonly operation: string;
  /** What it was done to: the ids in the address. */
  readonly target: string;
  readonly address: string;
  /** HTTP status of the answer. */
  readonly status: number;
  /** The problem's code when it was refused. */
  readonly code: string | null;
  /** What else must be known, such as an AT command without its secrets. */
  readonly note: string | null;
}

export interface AuditRow extends AuditEntry {
  readonly seq: number;
}

export interface AuditQuery {
  /** Only rows before this one; null for the newest. */
  readonly before: number | null;
  /** Empty: of everybody. */
  readonly actor: string;
  /** First letters of the operation's id; empty for all. */
  readonly operation: string;
  readonly limit: number;
}

export interface AuditStore {
  appendAudit(entries: readonly AuditEntry[]): Promise<void>;
  /** Newest first. */
  findAudit(query: AuditQuery): Promise<readonly AuditRow[]>;
  /** Keeps the newest `keep` rows. */
  pruneAudit(keep: number): Promise<void>;
}
