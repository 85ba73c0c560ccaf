// One error class for the whole product: a stable code, whether a retry can help, what to do next, and a context that is safe to print.

/** Stable error code `area.reason` (for instance `modem.timeout`). Codes are API: never renamed, never reused. */
export type ErrorCode = `${string}.${string}`;

/** Values that may stand in an error's context. Never SMS text, senders or keys: context is printed and logged. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | null>>;

export interface AppErrorOptions {
  /** Whether the same call may succeed later without anyone changing anything. Default false. */
  readonly retryable?: boolean;
  /** What the reader should do next, one imperative sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
  readonly context?: ErrorContext;
}

/** The only error class thrown in `src`. Branch on `code`, never on `message`. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly hint: string | undefined;
  readonly context: ErrorContext;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.hint = options.hint;
    this.context = options.context ?? {};
  }

  /** What an API or a log shows: code, message, hint and context; never the cause, which may hold third-party text. */
  toJSON(): { code: ErrorCode; message: string; hint?: string; context: ErrorContext } {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      context: this.context,
    };
  }
}

export function isAppError(value: unknown): value is AppError {
  return value instanceof AppError;
}

/** True for an `AppError` with exactly this code. */
export function hasCode(value: unknown, code: ErrorCode): value is AppError {
  return value instanceof AppError && value.code === code;
}

/** Wraps anything caught from third-party code once, at the adapter that called it. An `AppError` passes through unchanged. */
export function wrapError(
  cause: unknown,
  code: ErrorCode,
  message: string,
  options: Omit<AppErrorOptions, "cause"> = {},
): AppError {
  return cause instanceof AppError ? cause : new AppError(code, message, { ...options, cause });
}

/** The text of an unknown thrown value, for an operator's eyes (no stack). */
export function messageOf(value: unknown): string {
  return value instanceof Error ? value.message : String(value);
}

/** The system error code (`ENOSPC`, `ECONNREFUSED`, …) found on the value or its causes, if any. */
export function systemCodeOf(value: unknown): string | undefined {
  let current: unknown = value;
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    const code: unknown = "code" in current ? current.code : undefined;
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]+$/.test(code)) return code;
    current = current.cause;
  }
  return undefined;
}

/** The error every waiter gets when its owner stops; retry logic must not accept it. */
export function stoppedError(what: string): AppError {
  return new AppError("base.stopped", `${what} was stopped`, { retryable: false });
}

/** Exhaustiveness guard for `switch` over a union. */
export function assertNever(value: never, what: string): never {
  throw new AppError("base.unreachable", `unexpected ${what}: ${JSON.stringify(value)}`);
}
