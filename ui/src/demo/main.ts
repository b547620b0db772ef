import { mount } from 'svelte';
import App from '../App.svelte';
import '../styles/base.css';
import { demoBackend, type Scene } from './backend';
import { act, plays } from './scenes';

// /demo.html?scene=finished&theme=dark
const query = new URLSearchParams(location.search);
const play = plays[query.get('scene') ?? 'empty'] ?? plays.empty!;
const theme = query.get('theme');
const scene: Scene =
  theme === 'light' || theme === 'dark' ? { ...play.scene, settings: { ...play.scene.settings, theme } } : play.scene;

const backend = demoBackend(scene);
mount(App, { target: document.getElementById('app') ?? document.body, props: { backend } });
void act(play, backend.emit);
