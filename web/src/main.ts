// Starts the page: styles, theme, socket, shell.
import { mount } from 'svelte'
import App from './App.svelte'
import './app.css'
import './components.css'
import { live, openSocket } from './lib/live.svelte.ts'
import { prefs } from './lib/prefs.svelte.ts'

prefs.applyTheme()
live.connect(openSocket())
mount(App, { target: document.getElementById('app')! })
