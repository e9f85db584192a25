// For Jest: `.svelte.ts` in, plain JavaScript out. Types go first, since the rune compiler reads JavaScript.
import { transformSync } from '@swc/core'
import { compileModule } from 'svelte/compiler'

export default {
  process(source, filename) {
    const { code } = transformSync(source, {
      filename,
      jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
      module: { type: 'es6' },
    })
    return { code: compileModule(code, { filename, generate: 'client' }).js.code }
  },
}
