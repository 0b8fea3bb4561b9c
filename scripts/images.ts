/** npm run images: makes the container images that VMs run in, where they are missing or out of date. */
import { main, paint, say, step } from './lib/console.ts';
import { buildImage, dockerEngine, imageIsCurrent, VM_IMAGE } from './lib/image.ts';

await main(async () => {
  const docker = await dockerEngine();
  if (docker === undefined) {
    throw new Error(
      'No Docker engine answers. Start one (or set DOCKER_HOST), then run npm run images again.',
    );
  }
  if (await imageIsCurrent(docker)) {
    say(`  ${VM_IMAGE} is up to date`);
    return;
  }
  await step(`Built ${VM_IMAGE}`, () => buildImage(docker, (line) => say(paint('dim', `  ${line}`))));
});
