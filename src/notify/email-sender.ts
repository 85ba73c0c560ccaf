// Sends alerts by e-mail through the owner's provider.

import nodemailer from "nodemailer";
import { isAppError, seconds, systemCodeOf } from "../base/index.ts";
import { type ChannelBody, channelBody, type NoticeSender, type SendOutcome } from "../core/index.ts";
import { parseJsonWith } from "../protocol/index.ts";

export interface EmailSenderDeps {
  readonly host: string;
  readonly port: number;
  readonly security: "starttls" | "tls" | "none";
  readonly user: string | null;
  /** Read anew for each message; null without a user. */
  readonly password: (() => Promise<string>) | null;
  /** PEM of an own authority. */
  readonly ca: (() => Promise<string>) | null;
  readonly from: string;
  readonly to: readonly string[];
}

/** Each step of the conversation; the whole has the desk's deadline. */
const STEP = seconds(10);

export function emailSender(deps: EmailSenderDeps): NoticeSender {
  return {
    send: async ({ id, body }, signal) => {
      try {
        const words = parseJsonWith(channelBody, body, "notify.bad_notice", "the notice");
        const transport = await transportOf(deps);
        const end = (): void => transport.close();
        signal.addEventListener("abort", end, { once: true });
        try {
          await transport.sendMail({ ...letterOf(words, id, deps), disableFileAccess: true, disableUrlAccess: true });
          return { kind: "sent", status: 250 };
        } finally {
          signal.removeEventListener("abort", end);
          transport.close();
        }
      } catch (error) {
        return failure(error);
      }
    },
  };
}

async function transportOf({ host, port, security, user, password, ca }: EmailSenderDeps) {
  const auth = user === null || password === null ? {} : { auth: { user, pass: (await password()).trim() } };
  const trusted = ca === null ? {} : { ca: await ca() };
  return nodemailer.createTransport({
    ...{ host, port, secure: security === "tls" },
    // Never in clear where TLS was asked for, whatever the server says; never TLS where it was not.
    ...{ requireTLS: security === "starttls", ignoreTLS: security === "none" },
    ...{ connectionTimeout: STEP, greetingTimeout: STEP, socketTimeout: STEP, dnsTimeout: STEP, logger: false },
    tls: { servername: host, minVersion: "TLSv1.2" as const, ...trusted },
    ...auth,
  });
}

function letterOf({ title, text, severity, box }: ChannelBody, id: string, { from, to }: EmailSenderDeps) {
  const domain = from.slice(from.lastIndexOf("@") + 1);
  return {
    from: { name: "Numberbox", address: from },
    to: [...to],
    subject: title,
    text: `${text}\n\n-- \n${box}\n`,
    // The same for a repetition: mail programs show it once.
    messageId: `<${id}@${domain}>`,
    ...(severity === "critical" ? { priority: "high" as const } : {}),
    // No vacation notices in return (RFC 3834).
    headers: { "Auto-Submitted": "auto-generated" },
  };
}

const CODES: Readonly<Record<string, string>> = {
  EAUTH: "notify.smtp_login",
  ENOAUTH: "notify.smtp_login",
  EOAUTH2: "notify.smtp_login",
  ETLS: "notify.tls",
  EREQUIRETLS: "notify.tls",
  EENVELOPE: "notify.smtp_refused",
  EMESSAGE: "notify.smtp_refused",
  ETIMEDOUT: "notify.timeout",
};

/** What the server says stays out: it may quote names and addresses. */
function failure(error: unknown): SendOutcome {
  if (isAppError(error)) return { kind: "retry", code: error.code, status: null, after: null };
  const status = statusOf(error);
  const system = systemCodeOf(error) ?? "";
  const tls = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(below(error)) ? "notify.tls" : null;
  const code = tls ?? CODES[system] ?? (status === null ? "notify.unreachable" : "notify.smtp_refused");
  return { kind: "retry", code, status, after: null };
}

/** The code of the system's own error, which the library keeps beside its own. */
function below(error: unknown): string {
  const code = error instanceof Error && "originalCode" in error ? error.originalCode : "";
  return typeof code === "string" ? code : "";
}

function statusOf(error: unknown): number | null {
  const status = error instanceof Error && "responseCode" in error ? error.responseCode : null;
  return typeof status === "number" ? status : null;
}
