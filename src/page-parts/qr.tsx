// A QR code drawn as one path, dark on white in either theme: readers expect it so.

export interface QrProps {
  /** Rows of `1` (dark) and `0`, quiet zone included. */
  readonly rows: readonly string[];
  readonly label: string;
}

/** Each run of dark modules in a row is one rectangle. */
export function qrPath(rows: readonly string[]): string {
  return rows
    .flatMap((row, y) =>
      [...row.matchAll(/1+/g)].map(({ 0: run, index }) => `M${index} ${y}h${run.length}v1h-${run.length}z`),
    )
    .join("");
}

export function Qr({ rows, label }: QrProps) {
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${rows.length} ${rows.length}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
    >
      <rect class="qr-light" width={rows.length} height={rows.length} />
      <path class="qr-dark" d={qrPath(rows)} />
    </svg>
  );
}
