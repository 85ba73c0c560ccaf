// The browser's clipboard, which is not always there.

/** False where the browser withholds the clipboard: on plain HTTP from another machine, or when its owner said no. */
export async function copyText(text: string): Promise<boolean> {
  // Typed as always there, but absent outside a secure context.
  const clipboard: Clipboard | undefined = navigator.clipboard;
  if (clipboard === undefined) return false;
  try {
    await clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
