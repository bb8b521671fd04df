// A link to a place that has moved goes on to where it is now: _ext/moved.py leaves a sign with the old anchor.
{
  const follow = () => {
    const place = document.getElementById(location.hash.slice(1));
    if (place?.matches(".moved")) location.replace(place.querySelector("a").href);
    // The reference was one page: each folder of the package has a page of its own now.
    const [, folder] = location.hash.match(/^#(?:module-)?mrilab\.(\w+)/) ?? [];
    if (folder && location.pathname.endsWith("/api.html")) location.replace(`api-${folder}.html${location.hash}`);
  };
  addEventListener("DOMContentLoaded", follow);
  addEventListener("hashchange", follow);
}
