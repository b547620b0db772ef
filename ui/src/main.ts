import { isTauri } from '@tauri-apps/api/core';
import { mount } from 'svelte';
import App from './App.svelte';
import './styles/base.css';
import { tauri } from './tauri';

if (import.meta.env.DEV && !isTauri()) {
  // `npm run dev` in a plain browser: there is no app to talk to, so show the made-up photos.
  location.replace('/demo.html');
} else {
  mount(App, { target: document.getElementById('app') ?? document.body, props: { backend: tauri } });
}
