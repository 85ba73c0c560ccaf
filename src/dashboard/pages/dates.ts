// Days and times as the reader's own calendar and clock have them. Pure.

export function dayName(at: number): string {
  return new Date(at).toDateString();
}

export function timeOfDay(locale: string, at: number): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: "short" }).format(at);
}

export function longDay(locale: string, at: number): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "full" }).format(at);
}
