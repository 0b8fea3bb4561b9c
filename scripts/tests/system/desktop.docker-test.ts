/** A desktop in a container of a real engine. */
import { desktopStory } from './desktop.suite.ts';

desktopStory('docker');
