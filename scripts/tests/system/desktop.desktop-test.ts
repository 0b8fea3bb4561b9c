/** A desktop whose display and browser are processes of this machine. */
import { desktopStory } from './desktop.suite.ts';

desktopStory('process');
