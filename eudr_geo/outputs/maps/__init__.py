"""Maps as one file: data in, the text of an HTML page out, drawn by folium's Leaflet without a network."""
