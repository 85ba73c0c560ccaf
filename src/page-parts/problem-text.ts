// A refusal in words.

export interface ProblemText {
  readonly what: string;
  readonly hint: string | null;
}

export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
