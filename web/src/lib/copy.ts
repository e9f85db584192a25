// Copies text. Answers false where the browser does not allow it (no secure origin), so that the caller can say so.
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
