// Runes everywhere, and every stylesheet as a file: the page's policy allows no injected styles.
export default { compilerOptions: { runes: true, css: 'external' } }
