// Before each test file of the project `server over HTTP`: the servers it starts use that store.
process.env.STORE_URL = process.env.APP_TEST_STORE_URL
