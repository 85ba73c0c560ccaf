// Who can reach what is listened at.

/** Whether a host that is listened at is reached from this machine alone. */
export const isLoopback = (host: string): boolean => host === "localhost" || host === "::1" || /^127\./.test(host);
