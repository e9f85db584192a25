// Jest's globalTeardown of the project `server over HTTP`.
import { end } from './over-http.mjs'

export default end
