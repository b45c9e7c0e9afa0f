/** What was typed one by line, without empty lines. */
export const linesOf = (text: string) => text.split('\n').map((line) => line.trim()).filter((line) => line !== '')
