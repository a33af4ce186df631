"""The rest of the market, played over HTTP: sellers, rival buyers, and the CRM that receives our leads."""
