import { Home } from "./Home";
import { Jam } from "./Jam";
import { TrustPage } from "./TrustPage";
import { usePlace } from "./navigation";

/** Decides by the address which page is shown. */
export function App() {
  const place = usePlace();
  switch (place.at) {
    case "jam":
      return <Jam key={place.jam} jam={place.jam} room={undefined} />;
    case "room":
      return <Jam key={place.jam} jam={place.jam} room={place.room} />;
    case "trust":
      return <TrustPage />;
    default:
      return <Home />;
  }
}
