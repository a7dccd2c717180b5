(function () {
  "use strict";
  var radios = document.querySelectorAll('input[name="language"]');
  function told() {
    radios.forEach(function (radio) {
      if (!radio.checked) { return; }
      document.documentElement.lang = radio.value;
      document.title = radio.dataset.title;
    });
  }
  function asked() {
    var language = window.location.hash.slice(1, 3);
    radios.forEach(function (radio) { if (radio.value === language) { radio.checked = true; } });
    told();
    var place = document.getElementById(window.location.hash.slice(1));
    if (place) { place.scrollIntoView(); }
  }
  radios.forEach(function (radio) { radio.addEventListener("change", told); });
  window.addEventListener("hashchange", asked);
  if (window.location.hash) { asked(); } else { told(); }
})();
